// A lane of a build farm: a folder with sources is mounted read-only, the steps run one after the other in one container,
// and what they make lands in a folder of the host. The first step that fails ends the lane.
//
//   node build.mjs ROOTFS SOURCES OUTPUT

import {resolve} from 'node:path';
import {load, up} from 'tsbox';

const [rootfs, sources, output] = process.argv.slice(2);
const steps = [
	['cp', '-r', '/src/.', '/build'],
	['sh', '-c', 'cat *.txt | sort > all.sorted'],
	['sh', '-c', 'sha256sum all.sorted > all.sum && cp all.sorted all.sum /out'],
];

const spec = await load({
	name: 'build',
	rootfs,
	command: ['sleep', 'infinity'],
	volumes: [`${resolve(sources)}:/src:ro`, `${resolve(output)}:/out`],
	tmpfs: ['/build:size=256m'],
	mem_limit: '256m',
	pids_limit: 128,
});

const box = await up(spec);
try {
	for (const command of steps) {
		const step = box.exec(command, {cwd: '/build', timeoutMs: 600_000});
		step.stdout.pipe(process.stdout, {end: false});
		step.stderr.pipe(process.stderr, {end: false});
		const {failed, exitCode, durationMs} = await step;
		console.log(`${failed ? `status ${exitCode}` : 'done'}: ${command.join(' ')} (${durationMs.toFixed(0)} ms)`);
		if (!failed) continue;
		process.exitCode = 1;
		break;
	}
} finally {
	await box[Symbol.asyncDispose]();
}
