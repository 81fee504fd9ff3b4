import {copyFileSync} from 'node:fs';
import {keptState, reboot} from './boot.ts';
import {type Checks, cgroupChecks, delegationChecks, startChecks} from './checks.ts';
import {dockerChecks, podmanChecks} from './engine-checks.ts';
import {traces} from './guest.ts';
import {everyLessonChecks, learnChecks} from './learn-checks.ts';
import {afterPowerCut, afterReboot, beforeReboot} from './reboot-checks.ts';
import {networkChecks} from './network-checks.ts';
import {rootlessChecks} from './rootless-checks.ts';
import {limitChecks, memoryChecks, superviseChecks} from './supervise-checks.ts';
import {usernsChecks} from './userns-checks.ts';

// Runs inside the virtual machine, where starting a test runner would take longer than the tests: each check prints
// `ok` or `not ok` with its sentence and its time, and the last line is the count. The machine boots three
// times, where a check of that is wanted.

const kept = keptState();
const only = new RegExp(process.argv[2] ?? '');
/** The names of what needs the boots after the first. */
const aboutBoots = [beforeReboot, afterReboot, afterPowerCut].flatMap(checks => Object.keys(checks));
let passed = kept?.passed ?? 0;
let failed = kept?.failed ?? 0;

async function check(name: string, holds: () => void | Promise<void>): Promise<void> {
	const begun = Date.now();
	const seconds = (): string => `(${((Date.now() - begun) / 1000).toFixed(1)} s)`;
	try {
		await holds();
		passed += 1;
		console.log(`ok ${name} ${seconds()}`);
	} catch (error) {
		failed += 1;
		const text = error instanceof Error ? error.message : String(error);
		console.log(`not ok ${name} ${seconds()}\n${text.trimEnd().replaceAll(/^/gm, '    ')}`);
	}
}

async function all(checks: Checks): Promise<void> {
	for (const [name, holds] of Object.entries(checks)) if (only.test(name)) await check(name, holds);
}

async function nothingLeft(): Promise<void> {
	await check('no cgroup, mount, network device, state or layer is left', () => {
		const left = traces().filter(trace => !before.includes(trace));
		if (left.length > 0) throw new Error(left.join('\n'));
	});
}

if (kept === undefined) copyFileSync('/mnt/share/busybox.tar', '/root/busybox.tar');
const before = kept?.before ?? traces();
if (kept === undefined) {
	for (const checks of [
		startChecks,
		cgroupChecks,
		delegationChecks,
		rootlessChecks,
		usernsChecks,
		networkChecks,
		podmanChecks,
		dockerChecks,
		superviseChecks,
		limitChecks,
		memoryChecks,
		learnChecks,
		everyLessonChecks,
	])
		await all(checks);
	await nothingLeft();
	if (aboutBoots.some(name => only.test(name))) {
		await all(beforeReboot);
		await reboot('shutdown', {boot: 1, passed, failed, before});
	}
} else if (kept.boot === 1) {
	await all(afterReboot);
	await reboot('power cut', {boot: 2, passed, failed, before});
}
if (kept !== undefined) {
	await all(afterPowerCut);
	await nothingLeft();
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
