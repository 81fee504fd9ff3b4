import {openMachine} from '../../src/index.ts';
import {loadProject} from '../../src/container/machine/load-project.ts';
import {recordInstance} from '../../src/records/record-instance.ts';
import {writeProject} from '../../src/project/state/project-folder.ts';
import {supervise} from '../../src/project/supervisor/supervisor.ts';

// Looks after the project of a spec and dies by SIGKILL at an event or a step of it: dying-supervisor.ts FOLDER SPEC PLACE.
const [folder = '', file = '', place] = process.argv.slice(2);
const machine = await openMachine({store: `${folder}/store`, state: `${folder}/state`});
const {name} = await loadProject({file, cwd: folder, env: {}});
writeProject(machine.host, machine.dirs.state, {schema: 1, name, spec: {file, cwd: folder, env: {}}, services: []});
await supervise(machine, name, recordInstance, event => {
	const step = event.type === 'service.step' && event.event.type === 'step.started' ? event.event.id : undefined;
	if (event.type === place || step === place) process.kill(process.pid, 'SIGKILL');
});
