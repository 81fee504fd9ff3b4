import type {MachineOptions} from '../machine/machine.ts';
import {frontKey, type KeptRequest, type PlannedOnMachine} from '../plan/kept-plan.ts';
import {escapeWord} from '../../host/inputs/input-lines.ts';
import {keepResult} from '../../host/inputs/kept-files.ts';
import {keptFolder} from '../machine/open-machine.ts';
import {exitedFolder} from '../../state/exited.ts';
import {hasOwnVolumes} from '../../plan/volumes/plan-volumes.ts';
import {containerFolder} from '../../state/record.ts';
import {frontPerl} from '../../step/calls/front-finding.ts';
import {compileFront} from '../../step/compile/compile-front.ts';
import {recordFacts} from './record-facts.ts';

/**
 * Keeps what bin/front.pl starts a container by, beside its plan and with the same inputs: docs/architecture/front.md. For a container that only
 * Node can start, that is noted.
 */
export function keepFront(options: MachineOptions, plan: PlannedOnMachine, request: KeptRequest): void {
	const key = frontKey(request);
	const {machine, inputs} = plan;
	if (key === undefined || inputs === undefined) return;
	const json = frontText(plan) ?? 'node\n';
	keepResult(machine.host, keptFolder(options, {...request, host: machine.host}), key, {inputs, json});
}

/** A line with the sizes of what follows and with what bin/front.pl itself must know, then the parts of {@link compileFront}. */
function frontText({machine: {dirs, facts}, planned}: PlannedOnMachine): string | undefined {
	const {name, stopGraceMs, postStart = [], record = false} = planned.service;
	// Node tells what is refused.
	if (planned.egress !== undefined) return undefined;
	if (facts.user.uid !== 0 || facts.tools.perl?.path !== frontPerl || postStart.length > 0 || record) return undefined;
	// Node removes the anonymous volumes at the end.
	if (hasOwnVolumes(planned.plan)) return undefined;
	const front = compileFront({
		plan: planned.plan,
		facts,
		folder: containerFolder(dirs.state, name),
		record: recordFacts(planned),
		exits: exitedFolder(dirs.state),
		remains: ['layers', 'logs'].map(folder => `${dirs.store}/${folder}/${name}`),
	});
	if (front === undefined) return undefined;
	const {program, rows, report, memory, numbers} = front;
	const sizes = [program, rows, report].map(text => Buffer.byteLength(text));
	const list = Object.entries(numbers).map(each => each.join(':'));
	const settings = {name, state: dirs.state, grace: String(stopGraceMs), memory, numbers: list.join(',')};
	const set = Object.entries(settings).map(([word, value]) => `${word}=${escapeWord(value)}`);
	return `${['front', 1, ...sizes, ...set].join(' ')}\n${program}${rows}${report}`;
}
