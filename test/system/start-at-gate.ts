/* Starts a container up to its gate, says what is to be let through, and ends: `create` of an OCI runtime does no more. */

import {writeFileSync} from 'node:fs';
import {attachDetached} from '../../src/execute/attach-detached.ts';
import {fifoGate} from '../../src/execute/gate.ts';
import {openMachine} from '../../src/container/machine/open-machine.ts';
import {planContainer} from '../../src/container/plan/plan-container.ts';
import {claimContainer} from '../../src/container/start/claim-container.ts';
import {start} from '../../src/container/start/start.ts';

const [folder = '', spec = '', answer = ''] = process.argv.slice(2);
const machine = await openMachine({store: `${folder}/store`, state: `${folder}/state`});
const {host, facts} = machine;
const {signal} = new AbortController();
const request = {file: spec, cwd: folder, env: {}};
const planned = await planContainer(machine, request, {signal});
const claimed = await claimContainer(machine, planned, {keepsAlive: true});
const {conf} = claimed;
const streams = {logs: `${folder}/logs`, conf, tty: false, stdin: false};
await start(machine, claimed, attachDetached(host, facts, streams), {
	emit: () => {},
	signal,
	gate: await fifoGate(host, conf),
	atGate: async exec => {
		writeFileSync(answer, JSON.stringify({conf, exec}));
		process.exit(0);
		return exec;
	},
});
