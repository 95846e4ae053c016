// SPDX-License-Identifier: MIT
// The list of crashes: filters as you type, groups what is alike, shows new crashes by itself.
'use strict';

const REFRESH_MS = 2000;
const main = document.getElementById('main');
const controls = document.getElementById('controls');
const filter = document.getElementById('filter');
const group = document.getElementById('group');
const count = document.getElementById('count');

const list = () => document.getElementById('crashes');
const rows = () => [...list().children];

// What the list shows of a row: filtered out, folded into the newest of its kind, or itself.
function arrange() {
	const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
	const kinds = new Map();
	let shown = 0;
	for (const row of rows()) {
		row.querySelector('.times')?.remove();
		const text = row.textContent.toLowerCase();
		let visible = words.every((word) => text.includes(word));
		const signature = row.dataset.signature;
		if (visible && group.checked && signature) {
			const first = kinds.get(signature);
			if (first) {
				first.times++;
				visible = false;
			} else {
				kinds.set(signature, { row, times: 1 });
			}
		}
		row.hidden = !visible;
		shown += visible ? 1 : 0;
	}
	for (const { row, times } of kinds.values()) {
		if (times < 2) continue;
		const mark = document.createElement('span');
		mark.className = 'times';
		mark.textContent = `${times}×`;
		row.querySelector('.error').append(mark);
	}
	const all = Number(list().dataset.count);
	count.textContent = shown === all ? `${all}` : `${shown} of ${all}`;
}

// The browser shows times in the user's own zone.
const zone = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function localTimes() {
	for (const time of list().querySelectorAll('time')) {
		const date = new Date(time.dateTime);
		if (!Number.isNaN(date.getTime())) time.textContent = zone.format(date);
	}
}

async function refresh() {
	if (document.hidden) return;
	const current = list();
	const response = await fetch(`/crashes?version=${current.dataset.version}`);
	if (response.status !== 200) return;
	const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
	const replacement = fresh.getElementById('crashes');
	if (!replacement || replacement.dataset.version === current.dataset.version) return;
	const focused = document.activeElement?.closest?.('.crash')?.id;
	main.replaceChildren(...fresh.body.children);
	localTimes();
	arrange();
	if (focused) document.getElementById(focused)?.querySelector('a')?.focus();
}

function move(step) {
	const links = rows().filter((row) => !row.hidden).map((row) => row.querySelector('.open')).filter(Boolean);
	const at = links.indexOf(document.activeElement?.closest?.('.crash')?.querySelector('.open'));
	links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

document.addEventListener('keydown', (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey) return;
	if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
		move(event.key === 'ArrowDown' ? 1 : -1);
	} else if (event.key === '/' && document.activeElement !== filter) {
		filter.focus();
	} else if (event.key === 'Escape' && filter.value) {
		filter.value = '';
		arrange();
	} else {
		return;
	}
	event.preventDefault();
});
controls.addEventListener('submit', (event) => {
	event.preventDefault();
	rows().find((row) => !row.hidden)?.querySelector('.open')?.click();
});
filter.addEventListener('input', arrange);
group.addEventListener('change', arrange);

controls.hidden = false;
localTimes();
arrange();

// A list so long that showing it takes a while is asked for less often.
async function keepFresh() {
	const start = performance.now();
	await refresh().catch(() => {});
	setTimeout(keepFresh, Math.max(REFRESH_MS, 10 * (performance.now() - start)));
}
setTimeout(keepFresh, REFRESH_MS);
