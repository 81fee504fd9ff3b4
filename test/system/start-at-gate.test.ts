import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';
import {openMachine} from '../../src/container/machine/open-machine.ts';
import {letThrough, reopenGate} from '../../src/execute/gate.ts';
import {readRecord, stateOf} from '../../src/state/record.ts';
import type {ExecAction} from '../../src/step/verbs/exec.ts';
import {bundledDriver} from '../support/driver.ts';
import {type TestBox, testBox} from './box.ts';
import {until} from './until.ts';

const driver = bundledDriver(join(import.meta.dirname, 'start-at-gate.ts'));

/** Has a process that ends start a container up to its gate. */
async function atGate(at: TestBox, command: string) {
	const answer = join(at.folder, 'answer.json');
	const words = [driver, at.folder, at.spec(`command: ${command}\n`), answer];
	await promisify(execFile)(process.execPath, words);
	const {conf, exec} = JSON.parse(readFileSync(answer, 'utf8')) as {conf: string; exec: ExecAction};
	const {host, facts} = await openMachine({store: `${at.folder}/store`, state: `${at.folder}/state`});
	const record = readRecord(host, conf);
	if (record?.process == null) throw new Error('the container has no first process');
	return {conf, exec, host, facts, record, pid: record.process.pid};
}

const text = (at: TestBox): string => readFileSync(join(at.folder, 'logs/stdout'), 'utf8');

test('a container waits at its gate when its starter has ended, and another process lets the command through', async () => {
	await using at = await testBox();
	const {conf, exec, host, facts, record, pid} = await atGate(at, '[sh, -c, "echo through; sleep 1000"]');
	expect([stateOf(host, record), text(at)]).toEqual(['running', '']);
	await letThrough(reopenGate(conf), exec, host, facts, pid);
	await until('the command prints', () => text(at) === 'through\n');
	expect((await at.tsbox(['exec', at.name, 'echo', 'inside'])).out).toBe('inside\n');
	await at.tsbox(['down', '-t', '0', at.name]);
	expect(at.leftovers()).toEqual([]);
});

test('a command that is not there is refused at the gate, and one that was killed waits no more', async () => {
	await using at = await testBox();
	const {conf, exec, host, facts, pid} = await atGate(at, '[nothing]');
	const gate = reopenGate(conf);
	await expect(letThrough(gate, exec, host, facts, pid)).rejects.toMatchObject({code: 'E_COMMAND_NOT_FOUND'});
	await until('the container has ended', () => host.readText(`/proc/${pid}/stat`) === undefined);
	await until('its keeper has ended', () => host.readText(`${conf}/drained`) !== undefined);
	expect(() => reopenGate(conf)).toThrow(expect.objectContaining({code: 'E_STATE'}));
	await at.tsbox(['down', at.name]);
	expect(at.leftovers()).toEqual([]);
});
