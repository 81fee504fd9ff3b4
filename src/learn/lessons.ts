import {chroot} from './lessons/01-chroot.ts';
import {unshare} from './lessons/02-unshare.ts';
import {nsenter} from './lessons/03-nsenter.ts';
import {bindMount} from './lessons/04-bind-mount.ts';
import {cgroup} from './lessons/05-cgroup.ts';
import {pivotRoot} from './lessons/06-pivot-root.ts';
import {userNamespace} from './lessons/07-user-namespace.ts';
import {capabilities} from './lessons/08-capabilities.ts';
import {seccomp} from './lessons/09-seccomp.ts';
import {overlay} from './lessons/10-overlay.ts';
import {network} from './lessons/11-network.ts';
import {allOfIt} from './lessons/12-all.ts';
import type {Lesson, Place} from './model/lesson.ts';

/** The lessons in order, for this place. */
export function lessonsFor(place: Place): readonly Lesson[] {
	return [
		chroot,
		unshare,
		nsenter,
		bindMount,
		cgroup(place),
		pivotRoot,
		userNamespace(place),
		capabilities,
		seccomp(place),
		overlay,
		network,
		allOfIt(place),
	];
}
