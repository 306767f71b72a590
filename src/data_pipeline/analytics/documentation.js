// Relative to the page, whose address is that of the API and `docs`.
SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#api",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // The key stays in the page's memory: nothing is kept in the browser.
  persistAuthorization: false,
  tryItOutEnabled: true,
  // The default sends the document to a server of somebody else's.
  validatorUrl: null,
});
