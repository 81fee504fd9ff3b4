import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {toolConfig} from './tool-config.ts';

test('a program as configuration is refused unless another file is given', async () => {
	const cwd = mkdtempSync(join(tmpdir(), 'tsbox-config-'));
	onTestFinished(() => rmSync(cwd, {recursive: true}));
	writeFileSync(join(cwd, 'tsbox.config.mjs'), 'process.exit(9)');
	writeFileSync(join(cwd, 'mine.yaml'), 'state: /run/mine\n');
	await expect(toolConfig({cwd, env: {}})).rejects.toMatchObject({
		code: 'E_CONFIG',
		message: `${cwd}/tsbox.config.mjs is a program, but a configuration of tsbox must be data`,
	});
	expect(await toolConfig({cwd, env: {}, config: join(cwd, 'mine.yaml')})).toMatchObject({state: '/run/mine'});
});
