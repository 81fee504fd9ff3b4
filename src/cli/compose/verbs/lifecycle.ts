import {projectEventText} from '../../../view/lists/project-event.ts';
import {anyServices, stopOptions, timeoutOf} from '../../options/project-verb.ts';
import {tell} from '../../output/tell.ts';
import {programOf} from '../../verb/program.ts';
import {TsboxError} from '../../../errors/tsbox-error.ts';
import type {ControlRequest} from '../../../project/state/control.ts';
import {type ComposeContext, defineComposeVerb} from '../parts/compose-verb.ts';
import {upInBackground} from '../../up/up-in-background.ts';
import {containersOf, type FoundContainers, idsOf, projectOf, specOf} from '../parts/project-of.ts';

const positionals = [anyServices];

/** Sends a request about containers to the supervisor. Returns 1 if one did not start. */
async function request(
	{machine, project, containers}: FoundContainers,
	{io, engine}: ComposeContext,
	ask: (services: readonly string[]) => ControlRequest,
): Promise<number> {
	if (containers.length === 0) return 0;
	let status = 0;
	await engine.askProject(machine, project, ask(idsOf(containers)), programOf(io), event => {
		const text = projectEventText(event);
		if (text !== undefined) tell(io, text);
		if (event.type === 'service.failed') status = 1;
	});
	return status;
}

function nothingToStart(project: string, service: string | undefined): TsboxError {
	return new TsboxError('E_NO_SUCH_CONTAINER', `${service ?? project} has no container to start`, {
		hint: `\`tsbox compose up -d${service === undefined ? '' : ` ${service}`}\` creates and starts it`,
	});
}

/** `tsbox compose stop`. */
export const stop = defineComposeVerb({
	name: 'stop',
	describe: 'Stop containers without removing them',
	examples: [['tsbox compose stop -t 3 web', 'with three seconds to end']],
	options: stopOptions,
	dry: 'containers',
	positionals,
	run: async ({values, positionals: services}, context) =>
		request(await containersOf(context, services), context, those => ({
			verb: 'stop',
			services: those,
			...timeoutOf(values.timeout),
		})),
});

/** `tsbox compose start`. */
export const start = defineComposeVerb({
	name: 'start',
	describe: 'Start stopped containers',
	examples: [['tsbox compose start web', 'one service']],
	options: {
		wait: {kind: 'flag', describe: 'Return when the services are healthy'},
		'wait-timeout': {kind: 'number', value: 'SECONDS', describe: 'With --wait: stop waiting after this long'},
	},
	dry: 'containers',
	positionals,
	async run({values, positionals: services}, context) {
		const found = await containersOf(context, services);
		const none = services.find(service => found.containers.every(each => each.service !== service));
		if (none !== undefined || found.containers.length === 0) throw nothingToStart(found.project, none);
		const status = await request(found, context, those => ({verb: 'start', services: those}));
		if (!values.wait) return status;
		const meant = [...new Set(found.containers.map(({service}) => service))];
		// Reads the files first, so that their errors are told as such.
		await projectOf(context, meant);
		const options = {json: false, build: false, 'best-effort': false, ...values};
		const manner = {recreate: 'none', noDeps: true} as const;
		return upInBackground({...options, manner}, specOf(context), meant, context);
	},
});

/** `tsbox compose restart`. */
export const restart = defineComposeVerb({
	name: 'restart',
	describe: 'Stop containers and start them again',
	examples: [['tsbox compose restart web', 'one service, and those that are to be restarted with it']],
	options: {
		...stopOptions,
		'no-deps': {kind: 'flag', describe: 'Leave alone services that `restart: true` of depends_on restarts too'},
	},
	dry: 'containers',
	positionals,
	run: async ({values, positionals: services}, context) =>
		request(await containersOf(context, services), context, those => ({
			verb: 'restart',
			services: those,
			...timeoutOf(values.timeout),
			...(values['no-deps'] && {noDeps: true}),
		})),
});

/** `tsbox compose rm`. */
export const rm = defineComposeVerb({
	name: 'rm',
	describe: 'Remove stopped containers',
	examples: [['tsbox compose rm -fs web', 'stop it first, and ask nothing']],
	options: {
		force: {kind: 'flag', short: 'f', describe: 'Do not ask'},
		stop: {kind: 'flag', short: 's', describe: 'Stop them first'},
		volumes: {kind: 'flag', short: 'v', describe: 'Also remove their anonymous volumes'},
	},
	ignored: {all: {kind: 'flag', short: 'a', why: 'it is deprecated'}},
	dry: 'containers',
	positionals,
	async run({values, positionals: services}, context) {
		const {io} = context;
		const found = await containersOf(context, services, {oneOff: true});
		const containers = values.stop
			? found.containers
			: found.containers.filter(({state}) => ['exited', 'created'].includes(state));
		if (containers.length === 0) {
			tell(io, 'no stopped containers');
			return 0;
		}
		if (!values.force) {
			io.err(`remove ${containers.map(({name}) => name).join(', ')}? [yN] `);
			const answer = io.isTerminal('stdin') ? await io.readLine(new AbortController().signal) : undefined;
			if (!/^y(es)?$/i.test(answer ?? '')) {
				if (answer === undefined) tell(io, '\nnothing is removed; add -f to remove without asking');
				return 0;
			}
		}
		return request({...found, containers}, context, those => ({
			verb: 'remove',
			services: those,
			...(values.volumes && {volumes: true}),
		}));
	},
});
