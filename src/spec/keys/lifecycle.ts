import {healthcheckWords, hookWord, restartWord, sizeWord} from '../values/shown-values.ts';
import {alias, duration, each, key, names, plain, texts} from './key.ts';

/** How a container is started, asked whether it is well, stopped and kept. */
export const lifecycleKeys = {
	init: key('init', plain),
	stop_signal: key('stopSignal', plain, {isPlain: true}),
	stop_grace_period: key('stopGraceMs', duration),
	restart: key('restart', {show: restartWord}),
	depends_on: key(
		'dependsOn',
		{show: list => Object.fromEntries(list.map(({service, condition}) => [service, condition]))},
		{isOfProject: true},
	),
	profiles: key('profiles', names, {isOfProject: true}),
	healthcheck: key('healthcheck', {show: healthcheckWords}),
	post_start: key('postStart', each(hookWord)),
	pre_stop: key('preStop', each(hookWord)),
	scale: alias,
	logging: key('logging', {
		show: ({maxSize, maxFile}) => ({'max-size': sizeWord(maxSize), 'max-file': maxFile}),
	}),
	labels: key('labels', texts),
	tty: key('tty', plain),
	stdin_open: key('stdinOpen', plain),
	reproducible: key('reproducible', plain),
	keep: key('keep', plain),
	record: key('record', plain),
	cgroup_parent: key('cgroupParent', plain),
	deploy: alias,
};
