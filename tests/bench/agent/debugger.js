// SPDX-License-Identifier: MIT
'use strict';
// What others do: the debugger is on all the time.
const { Session } = require('inspector');
const session = new Session();
session.connect();
session.on('Debugger.paused', () => session.post('Debugger.resume'));
session.post('Debugger.enable');
session.post('Debugger.setPauseOnExceptions', { state: 'uncaught' });
