import {expect, test} from 'vitest';
import {blankWarnings} from './blank-warnings.ts';
import {loadProject} from './load.ts';

test('a variable that is not set is empty, and a warning says where', () => {
	const spec = 'rootfs: host\nenvironment: {A: "x${NONE}", B: "$NONE", C: "${NONE:-}", D: "${OTHER}"}\n';
	const {services} = loadProject({
		file: 'a.yaml',
		cwd: '/work',
		env: {OTHER: ''},
		readText: path => (path === '/work/a.yaml' ? spec : undefined),
		kindOf: () => 'directory',
	});
	const [service] = services;
	expect(service?.environment).toMatchObject({A: 'x', B: '', C: '', D: ''});
	expect(blankWarnings({origins: service?.origins ?? {}})).toEqual([
		'`NONE` is not set, and so empty in `environment.A` and 1 more; set it in the environment or in .env, or write `${NONE:-}`',
	]);
});
