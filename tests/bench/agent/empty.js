// SPDX-License-Identifier: MIT
'use strict';
// Does nothing; says what that took, finer than time(1).
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ cpu: userCPUTime + systemCPUTime, rss: maxRSS }));
