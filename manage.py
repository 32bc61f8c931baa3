#!/usr/bin/env python3
"""Every command of the project: `demo`, `test`, `doctor`, and those of Django.

Whichever python runs this file, the command itself runs inside .venv.
"""

import sys

if sys.version_info < (3, 11):  # said before anything this python could not read
    sys.exit(
        "Il faut Python 3.11 ou plus récent ; celui-ci est un Python %d.%d. "
        "Installez-le, puis relancez avec « python3.11 manage.py … »." % sys.version_info[:2]
    )

from cae import bootstrap

if __name__ == "__main__":
    bootstrap.enter_environment(sys.argv)
    bootstrap.run(sys.argv)
