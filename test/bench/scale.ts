import {digits, table} from './measure.ts';
import {growth, manyProjects, oneProject, type Row} from './scale-one.ts';
import {muchOutput} from './scale-output.ts';
import {manyRuns} from './scale-runs.ts';
import {leavePeers, peers} from './scale-peers.ts';
import {cleanUp, containers, runs} from './scale-setup.ts';

/*
 * npm run bench:scale [CONTAINERS [RUNS [PART...]]]: many containers at once, of one project and as projects of their own, many
 * one after the other, and one that prints much. Each number is of one run on this machine; podman and docker
 * beside it where they are installed and can do the same. Parts: growth, one, projects, runs, output; all without.
 */
const parts: Readonly<Record<string, () => readonly Row[] | Promise<readonly Row[]>>> = {
	growth,
	one: oneProject,
	projects: manyProjects,
	runs: manyRuns,
	output: muchOutput,
};

const wanted = process.argv.slice(4);
const rows: Row[] = [];
const begun = performance.now();
try {
	for (const [name, measure] of Object.entries(parts))
		if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await measure()));
} finally {
	await leavePeers();
	cleanUp();
}
console.log(`${containers} containers, ${runs} runs, ${digits((performance.now() - begun) / 60_000)} minutes\n`);
const names = peers.map(({name}) => name);
console.log(
	table(
		['what', 'tsbox', ...names],
		rows.map(row => [...row, ...names.slice(row.length - 2).map(() => '–')]),
	),
);
