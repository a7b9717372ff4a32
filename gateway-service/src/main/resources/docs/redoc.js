window.addEventListener('load', () => {
  // Without its search, which needs a worker made from text; without fonts from elsewhere.
  Redoc.init('/openapi.json', {
    disableSearch: true,
    hideDownloadButton: false,
    theme: { typography: { fontFamily: 'system-ui, sans-serif', headings: { fontFamily: 'system-ui, sans-serif' } } },
  }, document.getElementById('api'));
});
