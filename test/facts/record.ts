import {probeHost} from '../../src/host/facts/probe.ts';
import {realHost} from '../../src/host/programs/real-host.ts';

// Prints this machine's facts for a file of this folder. The build of a kernel says nothing that a plan depends on.
const facts = await probeHost(realHost(), {store: '/var/lib/tsbox', state: '/run/tsbox'});
const release = facts.kernel.release.replace(/^(\d+(\.\d+)*).*$/s, '$1');
process.stdout.write(`${JSON.stringify({...facts, kernel: {...facts.kernel, release}}, undefined, '\t')}\n`);
