// SPDX-License-Identifier: MIT
'use strict';
// Loading the package arms the agent, if `--require inspmort/register` has not done so already.
const agent = require('./register.js');

exports.captureNow = () => agent.captureNow();
exports.onCrash = (callback) => agent.onCrash(callback);
exports.armed = () => agent.armed;
