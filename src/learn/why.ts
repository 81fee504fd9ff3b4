import {join} from 'node:path';
import type {Machine} from '../container/machine/machine.ts';
import type {PlannedContainer} from '../container/machine/planned-container.ts';
import {planContainer} from '../container/plan/plan-container.ts';
import {isTsboxError} from '../errors/tsbox-error.ts';
import {type Lesson, specOf, type Why} from './model/lesson.ts';

/** Looks up the reasons of a lesson. */
export type FindWhys = (lesson: Lesson) => Promise<(why: Why) => string>;

/** The reasons of steps come from the plan of the lesson's spec, as `tsbox plan --explain` prints them. */
export function whysFrom(machine: Machine, packageFolder: () => string): FindWhys {
	const plan = async (lesson: Lesson): Promise<PlannedContainer> => {
		const cwd = packageFolder();
		const request = {file: join(cwd, specOf(lesson)), cwd, env: {}, bestEffort: true};
		return await planContainer(machine, request, {dry: true});
	};
	return async lesson => {
		// A machine that cannot have this container can still tell why.
		const planned = await plan(lesson).catch((error: unknown) => {
			if (isTsboxError(error)) return undefined;
			throw error;
		});
		return why => {
			if (typeof why === 'string') return why;
			const step = planned?.plan.steps.find(({id}) => id === why.step);
			return step === undefined ? `See tsbox plan --explain ${specOf(lesson)}` : `${step.why} See ${step.man}.`;
		};
	};
}
