import {syncBuiltinESMExports} from 'node:module';
import {injectFiles} from './inject-files.ts';
import {injectPrograms} from './inject-programs.ts';
import {injectOutput, injectSockets} from './inject-writes.ts';

// Loaded by `node --require` before tsbox itself: from here on each call that changes something on the machine is a point
// at which it can be refused, never answered, or the last one. Below all of tsbox, so nothing goes around it.
injectFiles();
injectOutput();
injectPrograms();
injectSockets();
syncBuiltinESMExports();
