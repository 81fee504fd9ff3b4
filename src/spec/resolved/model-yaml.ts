import {Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq} from 'yaml';
import {explainOrigin} from '../project/explain-origin.ts';
import type {Resolved} from './resolved.ts';

/**
 * A model as YAML.
 *
 * @param origins - the folder that shown paths are relative to, to add a comment with its origin to each value
 */
export function modelYaml(model: Resolved, origins?: string): string {
	// Words such as `off` and `22:22` are strings for readers of YAML 1.1, too: docker-compose 1.29 is one.
	const document = new Document(undefined, {compat: 'yaml-1.1'});
	document.contents = nodeOf(model, origins) as typeof document.contents;
	return document.toString({lineWidth: 0, indentSeq: true});
}

function nodeOf(value: Resolved, origins: string | undefined): Node {
	if (value.kind === 'list') {
		const sequence = new YAMLSeq();
		sequence.items = value.items.map(item => nodeOf(item, origins));
		sequence.flow = sequence.items.length === 0;
		return sequence;
	}
	if (value.kind === 'map') {
		const mapping = new YAMLMap();
		mapping.items = [...value.entries].map(([key, own]) => new Pair(new Scalar(key), nodeOf(own, origins)));
		mapping.flow = mapping.items.length === 0;
		return mapping;
	}
	const node = new Scalar(value.value);
	if (origins !== undefined) node.comment = ` ${explainOrigin(value.origin, origins)}`;
	return node;
}
