import type {Lesson, Place} from './model/lesson.ts';
import {chroot} from './lessons/01-chroot.ts';
import {unshare} from './lessons/02-unshare.ts';
import {nsenter} from './lessons/03-nsenter.ts';

/** The lessons in order, for this place. */
export function lessonsFor(_place: Place): readonly Lesson[] {
	return [chroot, unshare, nsenter];
}
