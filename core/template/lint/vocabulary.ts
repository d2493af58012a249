/** Words by which the lint knows a call to action, a vague one, and jargon; per language, in small letters. */
import type { LintLanguage } from './readability';

export interface Vocabulary {
  /** Verbs that ask for something where a sentence begins with them. */
  actions: readonly string[];
  /** Calls that do not say what happens. */
  vague: readonly string[];
  /** Instead of a plain word; with the plain one. */
  jargon: Readonly<Record<string, string>>;
}

export const VOCABULARY: Readonly<Record<LintLanguage, Vocabulary>> = {
  en: {
    actions: [
      'activate', 'add', 'answer', 'ask', 'book', 'browse', 'buy', 'call', 'change', 'check', 'choose', 'claim', 'collect', 'come', 'compare',
      'complete', 'confirm', 'continue', 'discover', 'download', 'enjoy', 'explore', 'find', 'finish', 'get', 'give', 'grab', 'invite', 'join',
      'keep', 'learn', 'listen', 'look', 'make', 'meet', 'open', 'order', 'pay', 'pick', 'plan', 'play', 'rate', 'read', 'redeem', 'register',
      'renew', 'reply', 'reserve', 'review', 'save', 'schedule', 'see', 'send', 'share', 'shop', 'sign', 'start', 'stop', 'subscribe', 'swap',
      'switch', 'take', 'tell', 'track', 'try', 'update', 'upgrade', 'use', 'view', 'visit', 'vote', 'watch', 'write',
    ],
    vague: [
      'click here', 'tap here', 'press here', 'click now', 'tap now', 'tap for more', 'click for more', 'tap to learn more', 'learn more', 'read more',
      'see more', 'find out more', 'more info', 'more information', 'check it out', 'check this out', "don't miss out", "don't miss this", 'act now',
    ],
    jargon: {
      'best-in-class': 'good', 'cutting-edge': 'new', deliverables: 'what you get', empower: 'let', facilitate: 'help', 'game-changing': 'new',
      'going forward': 'from now on', 'in order to': 'to', kindly: 'please', leverage: 'use', omnichannel: 'everywhere', optimize: 'make better',
      optimise: 'make better', 'please be advised': '', 'pursuant to': 'by', revolutionary: 'new', robust: 'strong', seamless: 'easy',
      'state-of-the-art': 'new', streamline: 'make simpler', synergy: '', 'touch base': 'talk', utilise: 'use', utilize: 'use',
      'we are pleased to inform you': '', 'world-class': 'good',
    },
  },
  fr: {
    actions: [
      'achetez', 'achète', 'acheter', 'activez', 'activer', 'ajoutez', 'ajoute', 'ajouter', 'appelez', 'changez', 'changer', 'choisissez', 'choisis', 'choisir',
      'commandez', 'commande', 'commander', 'comparez', 'comparer', 'confirmez', 'confirme', 'confirmer', 'consultez', 'consulte', 'consulter',
      'continuez', 'continuer', 'découvrez', 'découvre', 'découvrir', 'donnez', 'écoutez', 'écoute', 'écouter', 'essayez', 'essaie', 'essayer', 'finissez', 'finir',
      'gardez', 'garde', 'garder', 'inscrivez', 'invitez', 'invite', 'jouez', 'joue', 'jouer', 'lisez', 'lis', 'lire', 'notez', 'note', 'offrez',
      'ouvrez', 'ouvre', 'ouvrir', 'partagez', 'partage', 'partager', 'payez', 'paie', 'payer', 'planifiez', 'prenez', 'prends', 'prendre', 'profitez', 'profite', 'profiter',
      'regardez', 'regarde', 'regarder', 'rejoignez', 'rejoins', 'rejoindre', 'renouvelez', 'renouveler', 'répondez', 'réponds', 'répondre', 'reprenez', 'reprendre',
      'réservez', 'réserve', 'réserver', 'suivez', 'suivre', 'téléchargez', 'télécharger', 'terminez', 'termine', 'terminer', 'testez', 'trouvez', 'trouve', 'trouver',
      'utilisez', 'venez', 'viens', 'vérifiez', 'vérifie', 'vérifier', 'visitez', 'voir', 'votez', 'voyez',
    ],
    vague: [
      'cliquez ici', 'clique ici', 'appuyez ici', 'appuie ici', 'touchez ici', 'cliquez pour en savoir plus', 'en savoir plus', "plus d'infos", "plus d'informations",
      'lire la suite', 'voir plus', 'découvrez-en plus', 'ne manquez pas ça', 'ne ratez pas ça', "n'attendez plus", 'cliquez maintenant', "c'est par ici",
    ],
    jargon: {
      'à date': "aujourd'hui", 'afin de': 'pour', 'au sein de': 'dans', 'dans le cadre de': 'pour', digitaliser: 'mettre en ligne', disruptif: 'nouveau',
      'expérience client': 'service', finaliser: 'finir', impacter: 'toucher', implémenter: 'mettre en place', incontournable: 'utile', 'innovant': 'nouveau',
      'nous avons le plaisir de vous informer': '', omnicanal: 'partout', optimiser: 'améliorer', 'par le biais de': 'par', problématique: 'problème',
      'révolutionnaire': 'nouveau', synergie: '', 'veuillez noter': '', 'suite à': 'après', solutionner: 'résoudre',
    },
  },
};
