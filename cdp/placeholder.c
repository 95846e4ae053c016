typedef int ipm_nothing_here_yet;
