// Everything here is a comfort: each page works without it. Behaviours are bound by `data-cae-*`
// attributes through listeners on the document, so that fragments brought by htmx need no set-up.
import "./fields.js";
import "./keys.js";
import "./lines.js";
import "./lists.js";
import "./overlays.js";
import "./palette.js";
import "./requests.js";
import "./viewer.js";
