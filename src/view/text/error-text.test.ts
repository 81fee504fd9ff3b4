import {expect, test} from 'vitest';
import {TsboxError} from '../../errors/tsbox-error.ts';
import {errorJson, errorText} from './error-text.ts';
import {theme} from './theme.ts';

const full = new TsboxError('E_STEP_FAILED', 'cannot mount the overlay on /run/tsbox/demo/root', {
	step: 'give the container a writable layer',
	command: 'mount -t overlay overlay -o lowerdir=/a,upperdir=/b,workdir=/c /d',
	output: 'mount: /d: wrong fs type,\nbad superblock\n',
	why: 'the store is on a filesystem that overlay cannot write to',
	hint: 'Put the store on ext4 or xfs',
});

test('a failed step shows step, command, output, cause and hint in this order', () => {
	expect(errorText(full, theme(false))).toMatchInlineSnapshot(`
		"error: cannot mount the overlay on /run/tsbox/demo/root
		  step     give the container a writable layer
		  command  mount -t overlay overlay -o lowerdir=/a,upperdir=/b,workdir=/c /d
		  output   mount: /d: wrong fs type,
		           bad superblock
		  cause    the store is on a filesystem that overlay cannot write to
		  hint     Put the store on ext4 or xfs
		"
	`);
});

test('an error without more facts is one line', () => {
	expect(errorText(new TsboxError('E_NO_SUCH_CONTAINER', 'no container is named "x"'), theme(false))).toBe(
		'error: no container is named "x"\n',
	);
});

test('an excerpt of a spec is not labeled as output', () => {
	const error = new TsboxError('E_SPEC_INVALID', 'a.yaml:2:1: unknown key', {
		output: '  2 | hostnme: x\n    | ^^^^^^^',
		hint: 'x',
	});
	expect(errorText(error, theme(false))).toBe(
		'error: a.yaml:2:1: unknown key\n  2 | hostnme: x\n    | ^^^^^^^\n  hint     x\n',
	);
});

test('output of a tool cannot move the cursor', () => {
	const error = new TsboxError('E_STEP_FAILED', 'a\u001b[2J', {output: 'b\rc\u001b]0;t\u0007'});
	expect(errorText(error, theme(false))).not.toMatch(/[\r\u001b\u0007]/);
});

test('an unexpected error is called a bug and shows its stack and that of its cause', () => {
	const text = errorText(new TypeError('x is not a function', {cause: new Error('the root')}), theme(false));
	expect(text).toMatch(/^error: this is a bug in tsbox/);
	expect(text).toMatch(/TypeError: x is not a function\n {4}at .*error-text\.test\.ts/);
	expect(text).toContain('caused by Error: the root');
	expect(errorText('a string', theme(false))).toContain('a string');
});

test('an error in JSON is one line with code and exit status', () => {
	const line = errorJson(full);
	expect(line.indexOf('\n')).toBe(line.length - 1);
	expect(JSON.parse(line)).toMatchObject({code: 'E_STEP_FAILED', exitStatus: 125, hint: full.hint});
	expect(JSON.parse(errorJson(new Error('x')))).toMatchObject({code: 'E_BUG'});
});
