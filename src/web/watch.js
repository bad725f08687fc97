// What calls a person back to the page: the title, a spoken line for screen readers, and a sound when
// it is wanted, on new orange and red.

import {el} from './dom.js';
import {badge, colourOfLevel} from './level.js';
import {pick, t, tn} from './i18n.js';
import {live} from './live.js';
import {said} from './said.js';
import {recall, remember} from './store.js';

let base = '';
let unseen = 0;
let sound = recall('sound') === 'on';
let audio = null;

const draw = () => {
  const cut = ['stale', 'gone'].includes(live.status) ? `⚠ ${t(`live.${live.status}_mark`)} – ` : '';
  document.title = `${cut}${unseen ? `(${unseen}) ${t('watch.title_new')} – ` : ''}${base}`;
};
export function setTitle(text) {
  base = text ? `${text} – ${t('nav.brand')}` : t('nav.brand');
  draw();
}
export const soundOn = () => sound;

// One tone of so many Hz from at to at + 0.25 s.
function tone(hertz, at) {
  const source = audio.createOscillator();
  const gain = audio.createGain();
  source.frequency.value = hertz;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
  source.connect(gain).connect(audio.destination);
  source.start(at);
  source.stop(at + 0.26);
}

// Two tones for orange, three falling ones for red.
function ring(level) {
  if (!sound) return;
  audio ??= new AudioContext();
  audio.resume();
  const tones = level >= 4 ? [880, 698, 880, 698] : [660, 880];
  tones.forEach((hertz, i) => tone(hertz, audio.currentTime + 0.05 + i * 0.28));
}

export function setSound(on) {
  sound = on;
  remember('sound', on ? 'on' : 'off');
  if (on) ring(3);
}

const isNew = (step) => ['raised', 'worsened', 'reopened', 'escalated'].includes(step.event);

function announce(step) {
  const log = document.getElementById('announce');
  log.append(el('p', null, badge(colourOfLevel(step.level)), ' ', said(pick(step, 'summary'))));
  while (log.childElementCount > 5) log.firstChild.remove();
}

export function watchAlarms() {
  live.addEventListener('step', ({detail: step}) => {
    if (!isNew(step)) return;
    announce(step);
    if (step.level < 3 || step.told === false) return;
    unseen++;
    draw();
    ring(step.level);
  });
  live.addEventListener('status', draw);
  const seen = () => {
    if (sound) (audio ??= new AudioContext()).resume(); // a browser wants a gesture first
    if (!document.hidden && unseen) {
      unseen = 0;
      draw();
    }
  };
  for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, seen);
  document.addEventListener('visibilitychange', seen);
}

export const openCount = (n) => tn('watch.open', n);
