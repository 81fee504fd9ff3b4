import type {Command} from './command.ts';
import {compile} from './commands/compile.ts';
import {completion} from './commands/completion.ts';
import {doctor} from './commands/doctor.ts';
import {down} from './commands/down.ts';
import {exec} from './commands/exec.ts';
import {gc} from './commands/gc.ts';
import {images} from './commands/images.ts';
import {init} from './commands/init.ts';
import {inspect} from './commands/inspect.ts';
import {plan} from './commands/plan.ts';
import {ps} from './commands/ps.ts';
import {run} from './commands/run.ts';
import {up} from './commands/up.ts';
import {validate} from './commands/validate.ts';

/** All verbs, in the order of the help page: what is done most first. */
export const commands: readonly Command[] = [
	up,
	run,
	exec,
	down,
	ps,
	inspect,
	plan,
	compile,
	validate,
	doctor,
	init,
	images,
	gc,
	completion,
];
