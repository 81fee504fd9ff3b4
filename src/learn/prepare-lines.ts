import type {Lesson} from './model/lesson.ts';
import {rootfsLines} from './room/room-script.ts';

/** Lines of sh that put into the lab folder what a lesson needs. */
export function prepareLines({prepare = []}: Lesson): readonly string[] {
	return [...rootfsLines, ...prepare];
}
