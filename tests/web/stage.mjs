// A stage for one browser test: private broker, daemon with a token, Chromium; all on loopback and in a
// temporary folder. What runs is real; only the houses are made up.

import {spawn, spawnSync} from 'node:child_process';
import {createHash, randomBytes} from 'node:crypto';
import {appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by ctest (label web)`);
  return value;
};

export const BIN = need('BIN_DIR');
export const SOURCE = need('SOURCE_DIR');
const require = createRequire(join(need('WEB_MODULES'), 'package.json'));
const {chromium} = require('playwright-core');
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE = {width: 360, height: 740};
export const DESK = {width: 1366, height: 900};
export const sleep = (ms) =>
  new Promise((go) => {
    setTimeout(go, ms);
  });

// Asks until what comes is true; fails with the words after 30 s.
export async function until(what, ask, limit_ms = 30000) {
  const end = Date.now() + limit_ms;
  let last;
  while (Date.now() < end) {
    try {
      const value = await ask();
      if (value) return value;
    } catch (fault) {
      last = fault;
    }
    await sleep(50);
  }
  throw new Error(`never: ${what}${last ? ` (${last.message})` : ''}`);
}

const freePort = () =>
  new Promise((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => done(port));
    });
  });

export class Stage {
  children = new Map();

  // registry: an object or text; history(folder): makes registry.json and out/store there beforehand.
  static async make({registry, history} = {}) {
    const stage = new Stage();
    stage.folder = mkdtempSync(join(tmpdir(), 'shikumen-web.'));
    try {
      history?.(stage.folder);
      await stage.#prepare(registry, Boolean(history));
      await stage.startDaemon();
    } catch (fault) {
      await stage.close();
      throw fault;
    }
    return stage;
  }

  path(name) {
    return join(this.folder, name);
  }

  // Nothing outlives the test, however it ends.
  start(name, program, ...args) {
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', program, ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (d) => {
        child.said = (child.said + d).slice(-20000);
      });
    child.over = new Promise((done) => {
      child.once('exit', done);
    });
    this.children.set(name, child);
    return child;
  }

  async end(name, signal = 'SIGTERM') {
    const child = this.children.get(name);
    if (!child) return;
    this.children.delete(name);
    child.kill(signal);
    await child.over;
  }

  run(program, ...args) {
    const done = spawnSync(join(BIN, program), args, {cwd: this.folder, encoding: 'utf8'});
    if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  }

  async #prepare(registry, past) {
    this.brokerPort = await freePort();
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    if (!past)
      writeFileSync(
        this.path('registry.json'),
        typeof registry === 'string'
          ? registry
          : registry
            ? JSON.stringify(registry)
            : readFileSync(join(SOURCE, 'config/registry.json')),
      );
    writeFileSync(
      this.path('broker.conf'),
      `listener ${this.brokerPort} 127.0.0.1\nallow_anonymous true\n${process.getuid() === 0 ? 'user root\n' : ''}`,
    );
    this.start('broker', process.env.MOSQUITTO ?? '/usr/sbin/mosquitto', '-c', this.path('broker.conf'));
    writeFileSync(this.path('tokens'), '', {mode: 0o600});
    writeFileSync(
      this.path('daemon.conf'),
      `
district: { timezone = "Asia/Shanghai"; language = "zh"; };
mqtt:     { host = "127.0.0.1"; port = ${this.brokerPort}; };
store:    { path = "${past ? 'out/store' : 'store'}"; };
registry: { file = "registry.json"; limits = "${SOURCE}/config/limits"; };
http:     { listen = "127.0.0.1:${this.port}"; tokens_file = "tokens"; };
`,
    );
    mkdirSync(this.path('store'));
    this.tokens = {};
    for (const [name, role] of [
      ['Duty', 'operator'],
      ['Planner', 'planner'],
      ['Guest', 'viewer'],
    ])
      this.tokens[role] = this.#token(name, role);
  }

  // A token and its line in the file of tokens.
  #token(name, role) {
    const token = randomBytes(32).toString('base64url');
    const digest = createHash('sha256').update(token).digest('hex');
    appendFileSync(this.path('tokens'), `${name} ${role} sha256:${digest}\n`);
    return token;
  }

  async startDaemon() {
    this.start('daemon', join(BIN, 'shikumend'), '-c', this.path('daemon.conf'));
    await until('the daemon answers', async () => {
      if (this.children.get('daemon').exitCode !== null) throw new Error(this.children.get('daemon').said);
      return (await fetch(`${this.url}/api/v1/session`)).ok;
    }).catch((fault) => {
      throw new Error(`${fault.message}\n${this.children.get('daemon').said}`);
    });
    await until('the broker is reached', () =>
      this.run('shikumenctl', '-c', 'daemon.conf', 'status', '--json').includes('"connected"'),
    );
  }

  async ask(path, role = 'viewer') {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      headers: {Authorization: `Bearer ${this.tokens[role]}`},
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  // One reading now: unit and value as a node would send them.
  publish(sensor, value, unit, at_s = Date.now() / 1000) {
    const [house, node] = sensor.split('/');
    const message = JSON.stringify([
      {
        bn: `${house}/${node}/`,
        bt: at_s,
        n: sensor.split('/')[2],
        u: unit,
        ...(typeof value === 'boolean' ? {vb: value} : {v: value}),
      },
    ]);
    const done = spawnSync(
      'mosquitto_pub',
      ['-p', String(this.brokerPort), '-q', '1', '-t', `shikumen/v1/${house}/${node}/senml`, '-m', message],
      {encoding: 'utf8'},
    );
    if (done.status !== 0) throw new Error(`mosquitto_pub: ${done.stderr}`);
  }

  async browser() {
    this.chromium ??= await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return this.chromium;
  }

  // A new visitor: language, size; role signs in beforehand with its token. Notes what the page asks for.
  async visitor({language = 'zh-CN', viewport = DESK, role = 'viewer', scheme = 'light'} = {}) {
    const browser = await this.browser();
    const context = await browser.newContext({
      locale: language,
      viewport,
      colorScheme: scheme,
      reducedMotion: 'reduce',
    });
    if (role)
      await context.addCookies([
        {
          name: 'shikumen_session',
          value: this.tokens[role],
          url: this.url,
          httpOnly: true,
          sameSite: 'Strict',
        },
      ]);
    const page = await context.newPage();
    page.faults = [];
    page.origins = new Set();
    page.on('pageerror', (fault) => page.faults.push(fault.stack ?? String(fault)));
    page.on('console', (m) => {
      if (m.type() === 'error' && !/net::ERR_|Failed to load resource/.test(m.text()))
        page.faults.push(m.text());
    });
    page.on('request', (r) => {
      if (!r.url().startsWith('data:')) page.origins.add(new URL(r.url()).origin);
    });
    return page;
  }

  async open(page, hash) {
    await page.goto(`${this.url}/${hash}`);
    await page.waitForSelector('main h1');
  }

  async close() {
    await this.chromium?.close();
    for (const name of [...this.children.keys()].reverse()) await this.end(name);
    rmSync(this.folder, {recursive: true, force: true});
  }
}

// Serious and critical findings of axe on the page as it is, in words.
export async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    window.axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.violations
    .filter((v) => ['serious', 'critical'].includes(v.impact))
    .map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.target.join(' '))
          .slice(0, 3)
          .join(' | ')} — ${v.nodes[0]?.failureSummary ?? v.help}`,
    );
}

// Nothing sticks out sideways on a phone.
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
