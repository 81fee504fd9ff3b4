import {spawnSync} from 'node:child_process';
import {closeInheritedDescriptors} from '../../src/host/programs/inherited-descriptors.ts';
import {realHost} from '../../src/host/programs/real-host.ts';

// Prints what each descriptor of a started program is, one a line: `covered` and `closed` by us, or `plain` as Node does.
const list = 'for fd in /proc/$$/fd/*; do readlink "$fd"; done';
if (process.argv[2] === 'closed') closeInheritedDescriptors();
if (process.argv[2] === 'plain') process.stdout.write(spawnSync('/bin/sh', ['-c', list], {encoding: 'utf8'}).stdout);
else await realHost().start(['/bin/sh', '-c', list], {stdio: ['ignore', 1, 'ignore']}).ended;
