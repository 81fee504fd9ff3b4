import type {BuildVerification} from '../../verify/verify-build.ts';
import {escapeText} from '../../view/text/escape.ts';
import {jsonText} from '../../view/text/json.ts';
import {noBuildOptions, readBuild} from '../options/build-request.ts';
import {stopSignals} from '../options/stop-signals.ts';
import {usageError} from '../options/usage-error.ts';
import {withBuildView} from './build-view.ts';
import type {Context} from '../verb/command.ts';
import {servicesToBuild} from './build-spec.ts';
import {specToBuild} from './spec-to-build.ts';

/** `tsbox verify --build`: builds the image of a folder, or those of a spec, several times, and compares them. Returns the exit status. */
export async function verifyBuilds(
	{json, runs: builds = 2}: {readonly json: boolean; readonly runs: number | undefined},
	[word, service]: readonly (string | undefined)[],
	all: Context,
): Promise<number> {
	const {io, engine, folders} = all;
	const machine = await engine.openMachine(folders);
	const project = await specToBuild(word, [], machine, all);
	if (project === undefined && service !== undefined)
		throw usageError(`${service}: only a spec has services`, undefined, 'verify');
	const stop = stopSignals(io, 'the verification');
	try {
		const signals = {signal: stop.signal, force: stop.force};
		const common = {cwd: io.cwd, env: io.env, output: 2, ...signals};
		const found: BuildVerification[] = [];
		const each = async (
			request: Omit<Parameters<typeof engine.verifyBuild>[1], 'builds' | 'tell' | 'emit' | 'output'>,
			name?: string,
		): Promise<void> => {
			const verified = await withBuildView({json: false, progress: 'plain'}, io, 'verify', async ({output, show}) =>
				engine.verifyBuild(machine, {
					...request,
					output,
					// Whether the same files give the same image is only asked of a build that may not depend on anything else.
					run: {...request.run, reproducible: true},
					builds,
					tell: text => io.err(`${escapeText(name === undefined ? text : `${name}: ${text}`)}\n`),
					emit: event => show(event, name),
				}),
			);
			found.push(verified);
			if (json) return;
			const {buildVerificationText} = await import('../../view/lists/verification.ts');
			io.out(buildVerificationText(verified, name));
		};
		if (project === undefined) {
			await each({...readBuild(noBuildOptions, word ?? '.', io, machine.host), ...signals, pull: 'missing'});
		} else {
			for (const name of servicesToBuild(project, service === undefined ? [] : [service]))
				await each(await engine.buildRequestOf(machine, project, name, common), name);
		}
		if (json) io.out(jsonText(project === undefined ? found[0] : found, 2));
		return found.every(({reproducible}) => reproducible) ? 0 : 1;
	} finally {
		stop.close();
	}
}
