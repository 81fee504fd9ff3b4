import {expect, test} from 'vitest';
import type {OneOff} from '../keys/request.ts';
import {loadProject} from './load.ts';

/* A container of its own beside those of a service: `compose run`. */

const text = `name: shop
services:
  web:
    image: a
    ports: ["8080:80"]
    restart: always
    scale: 3
    labels: {tier: front}
    cap_add: [NET_ADMIN]
    depends_on: [db]
  db: {image: b}
`;

function one(oneOff: Partial<OneOff>) {
	const project = loadProject({
		file: 'compose.yaml',
		cwd: '/srv',
		env: {},
		readText: path => (path === '/srv/compose.yaml' ? text : undefined),
		kindOf: () => 'file',
		options: {
			scale: {web: 1},
			oneOff: {service: 'web', aliases: false, replace: {container_name: 'job', restart: 'no'}, add: {}, ...oneOff},
		},
	});
	const [web, db] = project.services;
	return {web, db};
}

test('it has another name and no restarts, and the other services stay as they are', () => {
	const {web, db} = one({});
	expect(web).toMatchObject({service: 'web', name: 'job', oneOff: {aliases: false}, ports: [{target: 80}]});
	expect(web?.restart).toMatchObject({kind: 'no'});
	expect(db).toMatchObject({name: 'shop-db-1'});
	expect(db?.oneOff).toBeUndefined();
});

test('keys are replaced, and entries are added to lists and maps', () => {
	const {web} = one({
		aliases: true,
		replace: {container_name: 'job', ports: ['9090:90'], depends_on: []},
		add: {labels: ['a=b=c', 'd'], cap_add: ['SYS_TIME'], cap_drop: ['KILL']},
	});
	expect(web).toMatchObject({
		oneOff: {aliases: true},
		ports: [{target: 90, published: 9090}],
		labels: {tier: 'front', a: 'b=c', d: ''},
		capAdd: expect.arrayContaining(['CAP_NET_ADMIN', 'CAP_SYS_TIME']),
		capDrop: ['CAP_KILL'],
	});
	expect(web?.dependsOn ?? []).toEqual([]);
});
