// Scripts of the pages for tests without a browser. Node takes a .js file for a module only where a
// package.json says so (before version 22), so they are copied beside one.

import {cpSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'shikumen-scripts.'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
cpSync(join(process.env.SOURCE_DIR, 'src/web'), folder, {recursive: true});
writeFileSync(join(folder, 'package.json'), '{"type": "module"}');

export const script = (name) => import(pathToFileURL(join(folder, name)));
