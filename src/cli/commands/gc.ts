import {plural} from '../../view/text/duration.ts';
import {escapeText} from '../../view/text/escape.ts';
import {eventJson} from '../../view/text/event-json.ts';
import {defineCommand} from '../verb/command.ts';
import {tell} from '../output/tell.ts';

/** `tsbox gc`: cleans up after a crash. */
export const gc = defineCommand({
	name: 'gc',
	describe: 'Clean up what a crash or a power cut left behind',
	examples: [
		['tsbox gc', 'every up does this first'],
		['tsbox gc --json', 'one line of JSON per undone step'],
	],
	options: {
		json: {kind: 'flag', describe: 'Print JSON, one event per line'},
	},
	positionals: [],
	async run({values}, {io, engine, folders}) {
		const machine = await engine.openMachine(folders);
		const {removed} = await engine.gc(machine, event => {
			if (values.json) io.out(eventJson(event));
			else if (event.type === 'warning') tell(io, `warning: ${event.text}`);
		});
		await engine.forgetPlans(folders, io);
		if (!values.json) for (const name of removed) io.out(`${escapeText(name)}\n`);
		io.err(removed.length === 0 ? 'nothing was left behind\n' : `${plural(removed.length, 'leftover')} removed\n`);
		return 0;
	},
});
