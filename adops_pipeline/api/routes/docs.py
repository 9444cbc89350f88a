"""The interactive page of the API, with a sign-in. Its files come with the product: it loads nothing from elsewhere."""

from pathlib import Path

import fastapi_offline
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from adops_pipeline.api.identity import CSRF_HEADER

router = APIRouter(include_in_schema=False)
ASSETS = "/api/docs/assets"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Neither script nor style within the page, nothing from elsewhere; Swagger UI's icons are data within its styles."""
_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ad Ops Command Center: API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="{ASSETS}/favicon.png">
<link rel="stylesheet" href="{ASSETS}/swagger-ui.css">
</head>
<body>
<form id="sign-in" class="swagger-ui wrapper" hidden>
<h1 class="title">Sign in</h1>
<p><label for="token">Token: ADOPS_API_TOKEN, or one of <code>adops token create</code></label></p>
<p><input id="token" type="password" autocomplete="current-password" required>
<button class="btn" type="submit">Sign in</button></p>
<p id="problem" role="alert"></p>
</form>
<p class="swagger-ui wrapper" id="signed-in" hidden><span></span>
<button class="btn" type="button">Sign out</button></p>
<main id="swagger-ui"></main>
<script src="{ASSETS}/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
_START = f"""const own = {{ "{CSRF_HEADER}": "docs", "Content-Type": "application/json" }};
const find = (selector) => document.querySelector(selector);

function withHeader(request) {{
  request.headers["{CSRF_HEADER}"] = "docs";
  return request;
}}

async function start() {{
  const session = await fetch("/api/session");
  find("#sign-in").hidden = session.status !== 401;
  if (session.status === 401) return;
  const {{ name, role }} = await session.json();
  find("#signed-in span").textContent = `Signed in as ${{name}} (${{role}}).`;
  find("#signed-in").hidden = name === "local";
  SwaggerUIBundle({{
    url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
    requestInterceptor: withHeader,
  }});
}}

find("#sign-in").addEventListener("submit", async (event) => {{
  event.preventDefault();
  const token = find("#token").value;
  find("#token").value = "";
  const answer = await fetch("/api/login", {{ method: "POST", headers: own, body: JSON.stringify({{ token }}) }});
  find("#problem").textContent = answer.ok ? "" : (await answer.json()).detail;
  if (answer.ok) start();
}});

find("#signed-in button").addEventListener("click", async () => {{
  await fetch("/api/logout", {{ method: "POST", headers: own }});
  location.reload();
}});

start();
"""


def assets() -> StaticFiles:
    """The files of Swagger UI."""
    return StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static")


@router.get("/api/docs")
def docs_page() -> HTMLResponse:
    """The page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/api/docs/start.js")
def start_script() -> Response:
    """What signs in and starts Swagger UI: a file, because the page's policy allows no script within it."""
    return Response(_START, media_type="text/javascript")
