import {expect, test} from 'vitest';
import {target} from './attack.ts';

/* Clears the screen, sets the clipboard, goes back over the line, and turns the direction of text. */
const evil = '\u001b[2J\u001b]52;c;eA==\u0007\rok\u202e\u2066\u200b\u009b31m';
/** Control characters but for the line feed, and what changes the direction or the width of a line. */
const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

test('what a spec says is shown, never obeyed', async () => {
	await using at = await target();
	const {box} = at;
	const words = JSON.stringify([`echo is up; sleep 1000 # ${evil}`]).slice(1, -1);
	const spec = box.spec(`command: [sh, -c, ${words}]\nlabels: {a: ${JSON.stringify(evil)}}\n`);
	const running = box.start(['up', spec]);
	await running.says('is up');
	const shown = [
		await box.tsbox(['ps']),
		await box.tsbox(['plan', spec]),
		await box.tsbox(['plan', '--explain', spec]),
		await box.tsbox(['run', box.file('bad.yaml', `rootfs: host\n${JSON.stringify(`mem${evil}`)}: 1\n`)]),
		await box.tsbox(['exec', box.name, `/no/${evil}`]),
		await box.tsbox(['inspect', box.name]),
		await box.tsbox(['down', evil]),
	];
	await box.tsbox(['down', '-t', '0', box.name]);
	const progress = (await running.ended).err;
	for (const text of [...shown.map(({out, err}) => Buffer.from(out, 'latin1').toString('utf8') + err), progress])
		expect(harmful.exec(text)).toBeNull();
});

test('what a command prints passes as it is', async () => {
	await using at = await target();
	const {out} = await at.box.tsbox(['run', at.box.spec(), '--', 'printf', '\\033[2J\\000\\377']);
	expect(out).toBe('\u001b[2J\u0000\u00ff');
});
