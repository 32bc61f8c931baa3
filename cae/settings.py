"""One settings file. Only environment variables differ between a laptop and production.

docs/running.md lists them. Nothing here is secret: what is missing and needed fails at once.
"""

import os
import tomllib
from pathlib import Path

import environ
from celery.schedules import crontab

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

#: The version of the software, and who publishes it: written on the attestation that the law
#: asks of publishers of software that records payments (CGI art. 286, I, 3° bis).
CAE_VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
PUBLISHER_NAME = env("PUBLISHER_NAME", default="")
PUBLISHER_SIREN = env("PUBLISHER_SIREN", default="")
PUBLISHER_ADDRESS = env("PUBLISHER_ADDRESS", default="")
PUBLISHER_SIGNATORY = env("PUBLISHER_SIGNATORY", default="")

DEBUG = env.bool("DEBUG", default=False)
#: The demonstration: seeded accounts, no second factor asked of them.
CAE_DEMO = env.bool("CAE_DEMO", default=False)
SECRET_KEY = env("SECRET_KEY", default="only-good-for-commands-without-a-database-0123456789abcdef")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: Plain http is for this machine only: elsewhere every cookie and redirect is https.
INSECURE_HTTP = env.bool("INSECURE_HTTP", default=False)
SITE_URL = env("SITE_URL", default="http://localhost:8000")
#: How many proxies of ours write X-Forwarded-For: limits count visitors, not the proxy.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)

INSTALLED_APPS = [
    "cae.core",
    "accounting",
    "entrepreneurs",
    "invoicing",
    "payroll",
    "governance",
    "cae",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    # Their automatic modes each overwrite the template loaders: hence the plain ones.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "rest_framework",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cae.core.accounts.sessions.SessionLimits",
    "cae.core.tenancy.middleware.TenantMiddleware",
]

ROOT_URLCONF = "cae.urls"
WSGI_APPLICATION = "cae.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"

# --- Database -------------------------------------------------------------------------------
_ENGINE = "cae.core.tenancy.backend"
_NOWHERE = "postgres://cae_app@127.0.0.1:1/cae"


def _database(variable: str, *, fallback: str, **options: object) -> dict:
    config = env.db_url(variable, default=fallback, engine=_ENGINE)
    config["OPTIONS"] = {"server_side_binding": True, "connect_timeout": 5, **options}
    return config


DATABASES = {
    # Serves: neither owner nor superuser. The pool gives a connection to each thread.
    "default": _database(
        "DATABASE_URL",
        fallback=_NOWHERE,
        prepare_threshold=5,
    ),
    # Owns the tables: migrations only.
    "owner": _database("DATABASE_OWNER_URL", fallback=_NOWHERE),
    # Reads every cooperative and writes nothing: the pages of the platform only.
    "platform": _database("DATABASE_PLATFORM_URL", fallback=_NOWHERE),
}
PLATFORM_READS = "DATABASE_PLATFORM_URL" in env.ENVIRON
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASE_ROUTERS = ["cae.core.tenancy.router.OwnerMigrates"]

# --- Broker and mail ------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "cae.core.tenancy.cache.tenant_key",
    }
}
EMAIL_BACKEND = "cae.core.mailing.Backend"
EMAIL_HOST = env("EMAIL_HOST", default="127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 10
#: Where companies are looked up (« API Recherche d’entreprises »); nowhere where it is empty.
COMPANY_DIRECTORY_URL = env("COMPANY_DIRECTORY_URL", default="")
#: How long a page waits for it, in seconds.
COMPANY_DIRECTORY_SECONDS = env.float("COMPANY_DIRECTORY_SECONDS", default=3.0)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Alvéole <ne-pas-repondre@localhost>")

# --- Files ----------------------------------------------------------------------------------
#: Stored documents: never served by the web server, only by a view that checks.
CAE_FILES = Path(env("CAE_FILES", default=str(BASE_DIR / ".demo" / "files")))
#: Where backups are put, if this machine sees them: the health page tells how old the last is.
CAE_BACKUPS = env("CAE_BACKUPS", default="")
#: « id:base64 » of 32 bytes each, the first one encrypts; see docs/running.md, rotation.
CAE_FIELD_KEYS = env.list("CAE_FIELD_KEYS", default=[])
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
# Ours alone: what packages carry, no page uses.
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "cae.core.assets.HashedFiles"
    },
}
# Fonts are the project's own, so a PDF is the same to the byte on every machine.
os.environ.setdefault("FONTCONFIG_FILE", str(BASE_DIR / "static" / "fonts" / "fonts.conf"))

# --- Templates ------------------------------------------------------------------------------
_LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django_cotton.cotton_loader.Loader",
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    )
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": _LOADERS,
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cae.core.shell.shell",
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.static",
                "cae.core.templatetags.cae",
            ],
        },
    }
]
COTTON_DIR = "components"
# A component sees what it is given, never the variables of the page it stands in.
COTTON_ISOLATE_BY_DEFAULT = True
FORM_RENDERER = "cae.core.forms.FormRenderer"

# --- Language: code in English, screens in French --------------------------------------------
LANGUAGE_CODE = "fr"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"
# The clock of the database is UTC already (ALTER ROLE … SET timezone): nothing to send.
USE_THOUSAND_SEPARATOR = False

# --- Accounts -------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["cae.core.accounts.backend.LoginBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 2 * 3600
ACCOUNT_ADAPTER = "cae.core.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account is born from a mailed invitation only
ACCOUNT_CHANGE_EMAIL = True  # one address, replaced once the new one is confirmed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
# An unknown address is written to as well: nothing, not even the time it takes, tells them apart.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if INSECURE_HTTP else "https"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "10/m/ip,3/5m/key",
}
ACCOUNT_FORMS = {
    "login": "cae.core.accounts.forms.LoginForm",
    "reset_password": "cae.core.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "cae.core.accounts.forms.ResetPasswordKeyForm",
    "set_password": "cae.core.accounts.forms.SetPasswordForm",
    "change_password": "cae.core.accounts.forms.ChangePasswordForm",
    "add_email": "cae.core.accounts.forms.AddEmailForm",
    "reauthenticate": "cae.core.accounts.forms.ReauthenticateForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "cae.core.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "cae.core.accounts.forms.AuthenticateForm",
    "reauthenticate": "cae.core.accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "cae.core.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "cae.core.accounts.forms.AddPasskeyForm",
    "edit_webauthn": "cae.core.accounts.forms.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Alvéole"
MFA_TOTP_TOLERANCE = 1  # a telephone late or early by half a minute
# The address is changed by a mailed link; meanwhile the second factor stays usable.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = INSECURE_HTTP
#: Sessions end: twelve hours at most, three without a click (cae.core.accounts.sessions).
SESSION_COOKIE_AGE = 3 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ABSOLUTE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
#: Of every account of the demonstration; the sign-in page shows it.
DEMO_PASSWORD = "alveole-demo"  # noqa: S105 meant to be known

# --- Walls ----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not INSECURE_HTTP
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=not INSECURE_HTTP)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cae.core.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env("API_RATE", default="600/min")},
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cae.core.tokens.answer_refusal",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Alvéole",
    "DESCRIPTION": "L’API des coopératives d’activités et d’emploi.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Lists of values that several resources say: one name each.
    "ENUM_NAME_OVERRIDES": {
        "CustomerKind": "invoicing.enums.CustomerKind.choices",
        "PaymentMeans": "invoicing.enums.PaymentMeans.choices",
        "ReceivedBy": "invoicing.enums.RECEIVED_BY",
        "ReleaseCause": "invoicing.enums.ReleaseCause.choices",
        "ScheduleShown": "invoicing.enums.ScheduleShown.choices",
        "RecurrenceUnit": "invoicing.enums.RecurrenceUnit.choices",
        "TransmissionStatus": "invoicing.enums.TransmissionStatus.choices",
        "Unit": "invoicing.enums.Unit.choices",
        "VatCategory": "invoicing.enums.VatCategory.choices",
    },
}

# --- Background work --------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_CLS = "cae.core.tenancy.tasks:TenantTask"
CELERY_TASK_IGNORE_RESULT = True  # the outbox row says what became of a task
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task: after a kill, what was under way comes back then.
    "visibility_timeout": env.int("CELERY_VISIBILITY_TIMEOUT", default=360),
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # A page does not wait for a broker that is away: the relay sends a minute later.
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0,
    "socket_connect_timeout": 2,
}
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "relay-outbox": {"task": "cae.core.tasks.relay_outbox", "schedule": 60.0},
    # What was written yesterday is closed for ever: little can be written at that hour.
    "close-days": {
        "task": "invoicing.tasks.close_days",
        "schedule": crontab(hour=1, minute=10),
    },
    # Before the reminders: what is released in the night may be asked for.
    "retentions": {
        "task": "invoicing.tasks.release_everywhere",
        "schedule": crontab(hour=5, minute=40),
    },
    # After what was received in the night's files, before the customers' day.
    "reminders": {
        "task": "invoicing.tasks.remind_everywhere",
        "schedule": crontab(hour=6, minute=20),
    },
    # Before the reminders: what is issued today is not late today.
    "recurrences": {
        "task": "invoicing.tasks.recur_everywhere",
        "schedule": crontab(hour=5, minute=30),
    },
    # What is due on a platform; each deposit has its own next time.
    "deposits": {"task": "invoicing.tasks.carry_everywhere", "schedule": 600.0},
    "expire-quotes": {"task": "invoicing.tasks.expire_quotes", "schedule": 6 * 3600.0},
    "forget-exports": {
        "task": "cae.core.tasks.forget_exports",
        "schedule": crontab(hour=4, minute=10),
    },
    "forget-imports": {
        "task": "invoicing.tasks.forget_imports",
        "schedule": crontab(hour=4, minute=15),
    },
    "forget-discarded-drafts": {
        "task": "invoicing.tasks.forget_discarded_drafts",
        "schedule": crontab(hour=4, minute=25),
    },
    "customers-to-forget": {
        "task": "invoicing.tasks.tell_customers_to_forget",
        "schedule": crontab(hour=4, minute=20),
    },
    # A file that nobody asked for is made all the same: that of a past taken over, or forgotten.
    "missing-invoice-files": {
        "task": "invoicing.tasks.ask_for_missing_files",
        "schedule": crontab(hour=2, minute=10),
    },
    # A contract signed ahead moves its person on its day: within the hour.
    "refresh-situations": {
        "task": "entrepreneurs.tasks.refresh_situations",
        "schedule": 3600.0,
    },
    # After midnight's work, before anybody's: what it finds is read with the coffee.
    "check-houses": {
        "task": "cae.management.tasks.check_houses",
        "schedule": crontab(hour=3, minute=40),
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_tokens": {"()": "cae.logs.NoTokens"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_tokens"],
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    # One line per step of each PDF, and per table of each font, helps nobody.
    "loggers": {
        name: {"level": "WARNING"} for name in ("weasyprint", "fontTools", "pikepdf._core")
    },
}
SILENCED_SYSTEM_CHECKS = ["security.W021"] if INSECURE_HTTP else []
