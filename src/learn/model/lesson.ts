import type {Host} from '../../host/host.ts';
import type {Snapshot} from '../../kernel/snapshot.ts';

/** What of the machine changes the text and the commands of a lesson. */
export interface Place {
	/** The cgroup version of the memory controller; `none` where the room cannot make a cgroup with it. */
	readonly cgroup: 'v1' | 'v2' | 'none';
	/** Swap can be limited: memory.memsw.limit_in_bytes or memory.swap.max exists. */
	readonly swap: boolean;
	/** The room's user namespace maps more than one user. */
	readonly users: boolean;
	/** A seccomp filter can be made by hand: there is perl, and the numbers of the system calls are known. */
	readonly filter: boolean;
	/** The machine of uname(2). */
	readonly machine: string;
}

/** What the kernel shows of a practice room at one moment. */
export interface Observed {
	/** The room's first process. */
	readonly room: Snapshot;
	/** The deepest process in the foreground of the room's terminal; undefined while there is none. */
	readonly shell: Snapshot | undefined;
	/** All processes of the room, by their pids outside. */
	readonly processes: readonly number[];
	/** What the terminal showed since the stage began, without control sequences. */
	readonly output: string;
	/** For files of the room, and for the other processes. */
	readonly host: Host;
}

/** True when the goal is reached, else what is still missing: a sentence that completes "not yet: ". */
export type Goal = (seen: Observed) => true | string;

/** Why something works: own words, or the text of `tsbox explain` for a step of the lesson's spec. */
export type Why = string | {readonly step: string};

/** Something to do in the room. */
export interface Task {
	/** An order in a few words: `Change the root`. */
	readonly title: string;
	/** What to do and what to look at: at most three short sentences. */
	readonly text: string;
	readonly goal: Goal;
	/** Where to look, which tool, the full line. */
	readonly hints: readonly [string, string, string];
	readonly why: Why;
	/** The lines that do it, each typed at a prompt. */
	readonly command: readonly string[];
}

/** An attack that works, and what stops it. */
export interface BreakIt {
	/** What the attack is and why it works. */
	readonly text: string;
	/** The lines of the attack. */
	readonly attack: readonly string[];
	readonly works: Goal;
	/** What stops it and why. */
	readonly stopText: string;
	/** The lines that stop it and try the attack again. */
	readonly stop: readonly string[];
	readonly stopped: Goal;
}

/** A question whose answer is read from the machine. */
export interface Question {
	readonly ask: string;
	/** The accepted answers now; empty while the kernel does not show one. */
	readonly answer: (seen: Observed) => readonly string[];
	/** Lines that find the answer and give it. */
	readonly command: readonly string[];
	readonly explain: string;
}

/** A lesson of `tsbox learn`. */
export interface Lesson {
	readonly number: number;
	/** The name of its spec without the number: `chroot`. */
	readonly id: string;
	readonly title: string;
	/** At most five short lines. */
	readonly about: string;
	readonly tasks: readonly Task[];
	readonly breakIt?: BreakIt;
	readonly question: Question;
	/** Tasks after the question. */
	readonly cleanUp?: readonly Task[];
	/** Lines of sh that put more into the lab folder, beside `rootfs`. */
	readonly prepare?: readonly string[];
	/** An ordinary user can do the lesson. */
	readonly rootless: boolean;
}

/** The spec of a lesson, from the folder of the package. */
export function specOf({number, id}: Pick<Lesson, 'number' | 'id'>): string {
	return `config/examples/learn/${String(number).padStart(2, '0')}-${id}.yaml`;
}

/** A part of a lesson that the learner does: a task, the attack, what stops the attack, or the question. */
export interface Stage {
	readonly kind: 'task' | 'attack' | 'stop' | 'question';
	readonly title: string;
	readonly text: string;
	/** Undefined for the question, which is reached by its answer. */
	readonly goal: Goal | undefined;
	readonly hints: readonly [string, string, string];
	readonly why: Why;
	readonly command: readonly string[];
}

/** The stages of a lesson in order. */
export function stagesOf({tasks, breakIt, question, cleanUp = []}: Lesson): readonly Stage[] {
	const broken: readonly Stage[] =
		breakIt === undefined
			? []
			: [
					{
						kind: 'attack',
						title: 'Break it',
						text: breakIt.text,
						goal: breakIt.works,
						hints: attackHints(breakIt.attack),
						why: breakIt.text,
						command: breakIt.attack,
					},
					{
						kind: 'stop',
						title: 'Stop it',
						text: breakIt.stopText,
						goal: breakIt.stopped,
						hints: attackHints(breakIt.stop),
						why: breakIt.stopText,
						command: breakIt.stop,
					},
				];
	const asked: Stage = {
		kind: 'question',
		title: 'Question',
		text: question.ask,
		goal: undefined,
		hints: attackHints(question.command),
		why: question.explain,
		command: question.command,
	};
	const task = (each: Task): Stage => ({kind: 'task', ...each});
	return [...tasks.map(task), ...broken, asked, ...cleanUp.map(task)];
}

/** Hints for lines: the programs, the first line, all lines. */
function attackHints(lines: readonly string[]): readonly [string, string, string] {
	const programs = [...new Set(lines.map(line => line.split(' ')[0] ?? ''))];
	return [`You need ${programs.join(', ')}.`, `It begins with: ${lines[0] ?? ''}`, lines.join('\n')];
}
