import {portWords} from '../values/port-words.ts';
import {volumeWord} from '../values/shown-values.ts';
import {alias, each, key, plain} from './key.ts';

/** What a container sees of files, and how it is reached. */
export const fileKeys = {
	volumes: key('volumes', each(volumeWord)),
	tmpfs: alias,
	ports: key('ports', each(portWords)),
	read_only: key('readOnly', plain),
};
