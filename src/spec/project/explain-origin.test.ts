import {expect, test} from 'vitest';
import {explainOrigin} from './explain-origin.ts';

test('each kind of origin is described in one phrase', () => {
	const at = {kind: 'file', file: '/home/ada/hello.yaml', line: 4, column: 12} as const;
	const variables = [
		{name: 'TAG', from: 'environment'},
		{name: 'X', from: 'default'},
	] as const;
	const phrases = [
		explainOrigin(at, '/home/ada'),
		explainOrigin(at, '/srv'),
		explainOrigin({...at, variables}, '/home/ada'),
		explainOrigin({kind: 'env_file', file: '/home/ada/a.env', line: 2}, '/home/ada'),
		explainOrigin({kind: 'environment', name: 'TERM'}, '/'),
		explainOrigin({kind: 'option', option: '--env'}, '/'),
		explainOrigin({kind: 'image', reference: 'docker.io/library/nginx:1.27', key: 'Cmd'}, '/'),
		explainOrigin({kind: 'default'}, '/'),
	];
	expect(phrases).toMatchInlineSnapshot(`
		[
		  "hello.yaml:4:12",
		  "/home/ada/hello.yaml:4:12",
		  "hello.yaml:4:12, with TAG from the environment and the default of X",
		  "a.env:2",
		  "TERM in the environment",
		  "--env on the command line",
		  "Cmd of the image docker.io/library/nginx:1.27",
		  "the default",
		]
	`);
});
