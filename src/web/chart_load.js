// dygraphs, loaded once when the first plot is drawn.

import {el, needStyle} from './dom.js';

let loading = null;

const script = (src) =>
  new Promise((done, fail) => {
    document.head.append(el('script', {src, onload: () => done(), onerror: () => fail(new Error(src))}));
  });

export function loadDygraph() {
  loading ??= Promise.all([
    script('/lib/dygraphs/dygraph.min.js'),
    needStyle('/lib/dygraphs/dygraph.min.css'),
  ]).then(() => {
    // Its legend writes style attributes, which our policy of contents refuses; ours is HTML beside the plot.
    const {Dygraph} = window;
    Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);
    return Dygraph;
  });
  loading.catch(() => {
    loading = null;
  });
  return loading;
}
