// Small drawings beside words; on a narrow screen instead of them.
import { svg } from '../../parts/dom.js';

const paths = {
    file: ['M12 5v14', 'M5 12h14'],
    camera: ['M4 8h3l1.5-2h7L17 8h3v11H4z', 'M12 10a3.2 3.2 0 1 0 0 6.400a3.2 3.2 0 1 0 0-6.400'],
    microphone: ['M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3z', 'M6 11a6 6 0 0 0 12 0', 'M12 17v4'],
};

export const icon = (name) => svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, paths[name].map((d) => svg('path', { d })));
