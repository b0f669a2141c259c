// Shows the OpenAPI document of the service that served this page, ready to be tried out against that service.
"use strict";

const fetched = fetch("openapi.json");

// The page and the service share an origin, and whatever path a proxy put before them.
const here = new URL(".", location.href).href.replace(/\/$/, "");

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

// Path parameters carry their example within the schema; the form reads it from the parameter itself.
function fillIn(parameters) {
  for (const parameter of parameters ?? []) {
    const [example] = parameter.schema?.examples ?? [];
    if (parameter.in === "path" && example !== undefined) {
      parameter.example ??= example;
    }
  }
}

async function start() {
  const answer = await fetched;
  if (!answer.ok) {
    throw new Error(`openapi.json was answered with ${answer.status}`);
  }
  const spec = await answer.json();
  spec.servers = [{ url: here, description: "This service" }];
  for (const path of Object.values(spec.paths)) {
    for (const operation of Object.values(path)) {
      fillIn(operation.parameters);
    }
  }
  SwaggerUIBundle({
    spec,
    dom_id: "#operations",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: "none",
    deepLinking: true,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    requestSnippetsEnabled: true,
    requestSnippets: { defaultExpanded: false },
    defaultModelRendering: "example",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    persistAuthorization: false,
  });
}

const state = document.getElementById("state");
state.textContent = "Opening the documentation…";
document.addEventListener("DOMContentLoaded", () => {
  start().catch((error) => {
    state.textContent = `The documentation could not be opened: ${error.message}`;
  });
});
