/* Draws every figure of the page from the specifications above; nothing is loaded. */
(function () {
  "use strict";
  var specs = JSON.parse(document.getElementById("figure-specs").textContent);
  var config = { responsive: true, displayModeBar: false };
  Object.keys(specs).forEach(function (key) {
    var place = document.getElementById(key);
    if (!place) { return; }
    place.textContent = "";
    Plotly.newPlot(place, specs[key].data, specs[key].layout, config);
  });
})();
