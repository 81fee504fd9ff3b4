import {join} from 'node:path';
import type {TestBox} from '../system/box.ts';
import {onName, onSpec} from './row.ts';
import {ofPair, pairSpec} from './pair-spec.ts';

/** A verb that is killed, or whose helpers are, at a moment of time. */
export interface KillRow {
	readonly verb: string;
	readonly words: (box: TestBox) => readonly string[];
	readonly spec: (box: TestBox) => string;
	/** What its containers have after the name of the test. */
	readonly containers?: readonly string[];
	/** What is there before. */
	readonly from: 'nothing' | 'running' | 'ended';
	/** It is run on a terminal. */
	readonly onTerminal?: true;
}

const head = ({name, rootfs}: TestBox): string => `name: ${name}\nrootfs: ${rootfs}\n`;

/** Ends by itself: what is in the foreground and loses no more than a helper comes to its end. */
const brief = (more: string) => (box: TestBox) =>
	`${head(box)}mem_limit: 64m\ntmpfs: [/run]\n${more}command: [sh, -c, "echo up; sleep 0.3; echo down"]\n`;

const staying = (box: TestBox): string =>
	`${head(box)}mem_limit: 64m\ntmpfs: [/run]\nstop_grace_period: 1s\ncommand: [sh, -c, "trap 'exit 0' TERM; echo up; sleep 1000 & wait"]\n`;

/** The verbs whose processes are killed. */
export const killRows: readonly KillRow[] = [
	{verb: 'up', words: onSpec('up'), spec: brief(''), from: 'nothing'},
	{verb: 'run (recorded)', words: onSpec('run'), spec: brief('record: true\n'), from: 'nothing'},
	{verb: 'run -t', words: onSpec('run', '-t'), spec: brief(''), from: 'nothing', onTerminal: true},
	{verb: 'up -d', words: onSpec('up', '-d'), spec: staying, from: 'nothing'},
	{
		verb: 'up -d (two services)',
		words: onSpec('up', '-d', '--wait'),
		spec: pairSpec,
		containers: ofPair,
		from: 'nothing',
	},
	{verb: 'down', words: onName('down'), spec: staying, from: 'running'},
	{verb: 'down -v (two services)', words: onName('down', '-v'), spec: pairSpec, containers: ofPair, from: 'running'},
	{verb: 'restart', words: onName('restart'), spec: staying, from: 'running'},
	{
		verb: 'restart (two services)',
		words: onName('restart', '-t', '0'),
		spec: pairSpec,
		containers: ofPair,
		from: 'running',
	},
	{verb: 'start', words: onName('start'), spec: staying, from: 'ended'},
	{verb: 'stop (two services)', words: onName('stop'), spec: pairSpec, containers: ofPair, from: 'running'},
	{verb: 'exec', words: ({name}) => ['exec', name, 'sleep', '0.2'], spec: staying, from: 'running'},
	{
		verb: 'cp into',
		words: ({name, folder}) => ['cp', join(folder, 'spec.yaml'), `${name}-one:/data`],
		spec: pairSpec,
		containers: ofPair,
		from: 'running',
	},
	{
		verb: 'cp out of',
		words: ({name, folder}) => ['cp', `${name}:/bin`, join(folder, 'copied')],
		spec: staying,
		from: 'running',
	},
];
