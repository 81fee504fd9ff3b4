import type {Command, CommandGroups} from './verb/command.ts';
import {attach} from './commands/attach.ts';
import {compile} from './commands/compile.ts';
import {completion} from './commands/completion.ts';
import {cp} from './commands/cp.ts';
import {dash} from './commands/dash.ts';
import {diff} from './commands/diff.ts';
import {doctor} from './commands/doctor.ts';
import {down} from './commands/down.ts';
import {drift} from './commands/drift.ts';
import {events} from './commands/events.ts';
import {exec} from './commands/exec.ts';
import {explain} from './commands/explain.ts';
import {gc} from './commands/gc.ts';
import {generate} from './commands/generate.ts';
import {images} from './commands/images.ts';
import {init} from './commands/init.ts';
import {inspect} from './commands/inspect.ts';
import {kill} from './commands/kill.ts';
import {learn} from './commands/learn.ts';
import {lock} from './commands/lock.ts';
import {logs} from './commands/logs.ts';
import {pause} from './commands/pause.ts';
import {plan} from './commands/plan.ts';
import {port} from './commands/port.ts';
import {ps} from './commands/ps.ts';
import {rename} from './commands/rename.ts';
import {replay} from './commands/replay.ts';
import {restart} from './commands/restart.ts';
import {rm} from './commands/rm.ts';
import {run} from './commands/run.ts';
import {runs} from './commands/runs.ts';
import {start} from './commands/start.ts';
import {stats} from './commands/stats.ts';
import {stop} from './commands/stop.ts';
import {supervise} from './commands/supervise.ts';
import {top} from './commands/top.ts';
import {up} from './commands/up.ts';
import {tryRootfs} from './commands/try.ts';
import {unpause} from './commands/unpause.ts';
import {update} from './commands/update.ts';
import {validate} from './commands/validate.ts';
import {verify} from './commands/verify.ts';
import {volume} from './commands/volume.ts';
import {wait} from './commands/wait.ts';

/** All verbs, in the groups of the help page. */
export const groups: CommandGroups = {
	'Get started': [learn, tryRootfs, init, plan, up, down, explain],
	Run: [run, exec, attach, start, stop, restart, rm, kill, pause, unpause, wait, update, rename, cp],
	Look: [ps, dash, logs, stats, top, events, port, inspect, diff, drift],
	Keep: [lock, verify, runs, replay, compile],
	'Clean up': [gc, images, volume],
	More: [validate, doctor, generate, completion, supervise],
};

/** All verbs, in the order of the help page. */
export const commands: readonly Command[] = Object.values(groups).flat();
