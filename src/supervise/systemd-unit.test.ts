import {expect, test} from 'vitest';
import {systemdUnit} from './systemd-unit.ts';

const facts = {
	project: 'shop',
	spec: '/srv/my shop/100%$x.yaml',
	node: '/usr/bin/node',
	program: '/opt/tsbox/bin/tsbox',
	store: '/var/lib/tsbox',
	state: '/run/tsbox',
	user: false,
};

test('a unit starts and ends a project, and takes no character of a path for its own', () => {
	expect(systemdUnit(facts)).toMatchInlineSnapshot(`
		"# Written by \`tsbox generate systemd\`; put it into /etc/systemd/system/tsbox-shop.service, then
		# systemctl daemon-reload && systemctl enable --now tsbox-shop
		[Unit]
		Description=tsbox project shop
		Wants=network-online.target
		After=local-fs.target network-online.target
		RequiresMountsFor="/srv/my shop/100%%$x.yaml" /var/lib/tsbox

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox up -d "/srv/my shop/100%%$$x.yaml"
		ExecReload=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox up -d "/srv/my shop/100%%$$x.yaml"
		ExecStop=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox down shop
		TimeoutStartSec=infinity
		TimeoutStopSec=infinity
		Delegate=yes

		[Install]
		WantedBy=multi-user.target
		"
	`);
});

test('a unit of a user waits for no network of the machine', () => {
	const unit = systemdUnit({...facts, user: true});
	expect(unit).toContain('WantedBy=default.target');
	expect(unit).not.toContain('network-online');
});
