import type {Plan, Step} from './step.ts';
import {actionLines} from './action.ts';

/** The container's state folder, where its programs and mount tables are; `.` for a plan that does not name it. */
export function configFolder(plan: Plan): string {
	for (const step of plan.steps) {
		if (step.action.kind === 'mountTable' && ['gather', 'before'].includes(step.action.name)) {
			const row = step.action.rows.find(each => each.target.endsWith('/conf'));
			if (row !== undefined) return row.source;
		}
	}
	return '.';
}

/** The command of a step, as a person would type it; several lines if it has several commands. */
export function stepCommand(step: Step, plan: Plan): string {
	return actionLines(step.action, configFolder(plan)).join('\n');
}

/** The undo of a step in the same form, or the reason why it needs none. */
export function undoText(step: Step, plan: Plan): string {
	return step.undo.kind === 'none' ? step.undo.reason : actionLines(step.undo, configFolder(plan)).join('\n');
}
