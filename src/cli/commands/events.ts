import {projectEventText} from '../../view/lists/project-event.ts';
import {defineCommand} from '../verb/command.ts';
import {programOf} from '../verb/program.ts';
import {projectOptions, selectedProject} from '../options/project-options.ts';
import {stopSignals} from '../options/stop-signals.ts';

/** `tsbox events`: prints the events of a project. */
export const events = defineCommand({
	name: 'events',
	describe: 'Print the events of a project until it is down',
	examples: [
		['tsbox events shop', 'as text'],
		['tsbox events --json shop | jq .type', 'one line of JSON per event'],
	],
	options: {json: {kind: 'flag', describe: 'Print JSON, one event per line'}, ...projectOptions},
	positionals: [
		{
			name: 'TARGET',
			describe: 'Project, or path of a spec; by default the spec in this folder',
			completes: 'project',
		},
	],
	async run({values, positionals}, context) {
		const {io, engine, folders} = context;
		const {target: word, selection} = selectedProject(values, positionals, context);
		const machine = await engine.openMachine(folders);
		const {project} = await engine.projectTarget(machine, word, {cwd: io.cwd, env: io.env, ...selection}, []);
		const stop = stopSignals(io, 'the output');
		try {
			const tell = (event: Parameters<typeof projectEventText>[0]): void => {
				const text = values.json ? JSON.stringify(event) : projectEventText(event);
				if (text !== undefined) io.out(values.json ? `${text}\n` : `${new Date(event.at).toISOString()} ${text}\n`);
			};
			await engine.askProject(machine, project, {verb: 'events'}, programOf(io), tell, stop.signal);
			return 0;
		} catch (error) {
			if (stop.signal.aborted) return 0;
			throw error;
		} finally {
			stop.close();
		}
	},
});
