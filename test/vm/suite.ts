import {copyFileSync} from 'node:fs';
import {type Checks, cgroupChecks, delegationChecks, startChecks} from './checks.ts';
import {rootlessChecks} from './rootless-checks.ts';
import {traces} from './guest.ts';
import {superviseChecks} from './supervise-checks.ts';
import {usernsChecks} from './userns-checks.ts';

// Runs inside the virtual machine, where starting a test runner would take longer than the tests: each check prints
// `ok` or `not ok` with its sentence and its time, and the last line is the count.

let passed = 0;
let failed = 0;

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
	for (const [name, holds] of Object.entries(checks)) await check(name, holds);
}

copyFileSync('/mnt/share/busybox.tar', '/root/busybox.tar');
const before = traces();
await all(startChecks);
await all(cgroupChecks);
await all(delegationChecks);
await all(rootlessChecks);
await all(usernsChecks);
await all(superviseChecks);
await check('no cgroup, mount, network device, state or layer is left', () => {
	const left = traces().filter(trace => !before.includes(trace));
	if (left.length > 0) throw new Error(left.join('\n'));
});
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
